// SPDX-License-Identifier: Apache-2.0
// A certificate for 127.0.0.1 and localhost, signed by itself, made by the openssl program.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes key.pem and cert.pem into the folder. @returns {{keyFile, certFile, key, cert}} */
export function makeCertificate(folder, { name = 'localhost', days = 30 } = {}) {
  const keyFile = join(folder, 'key.pem');
  const certFile = join(folder, 'cert.pem');
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', String(days),
    '-keyout', keyFile, '-out', certFile, '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name},IP:127.0.0.1`], { stdio: 'pipe' });
  return { keyFile, certFile, key: readFileSync(keyFile), cert: readFileSync(certFile) };
}

// SPDX-License-Identifier: Apache-2.0
// The story of tools/demo as tests: the same steps, one test each, all but the killing, which has a file of its own.
import { after, test } from 'node:test';
import { dmidMissing } from '../peers/dmid_node.mjs';
import { nsdMissing } from '../peers/nsd.mjs';
import { postfixMissing } from '../peers/postfix.mjs';
import { runAsTests } from './lib/step_tests.mjs';
import { steps } from './lib/story.mjs';
import { kills } from './steps/10_kills.mjs';

runAsTests(test, after, steps.filter((step) => step.run !== kills), dmidMissing() ?? postfixMissing() ?? nsdMissing() ?? false);

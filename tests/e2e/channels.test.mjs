// SPDX-License-Identifier: Apache-2.0
// The story of tools/demo --channels as tests: the same steps, one test each.
import { after, test } from 'node:test';
import { dmidMissing } from '../peers/dmid_node.mjs';
import { nsdMissing } from '../peers/nsd.mjs';
import { postfixMissing } from '../peers/postfix.mjs';
import { prosodyMissing } from '../peers/prosody.mjs';
import { channelSteps } from './lib/channels_story.mjs';
import { runAsTests } from './lib/step_tests.mjs';

runAsTests(test, after, channelSteps, dmidMissing() ?? postfixMissing() ?? nsdMissing() ?? prosodyMissing() ?? false);

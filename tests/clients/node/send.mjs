// Sends one call of each kind with @segment/analytics-node: node send.mjs HOST WRITE_KEY [MESSAGE_ID_PREFIX]
import { Analytics } from '@segment/analytics-node';

const [host, writeKey, prefix = 'node'] = process.argv.slice(2);
const analytics = new Analytics({ writeKey, host, flushAt: 20, maxRetries: 0 });
const failures = [];
analytics.on('error', (error) => failures.push(error));

const userId = `${prefix}-user`;
const at = new Date('2026-03-02T08:00:00Z');
const call = (name) => ({ userId, messageId: `${prefix}-${name}`, timestamp: at });

analytics.identify({ ...call('identify'), traits: { email: 'node@example.com', city: '上海' } });
analytics.track({ ...call('track'), event: 'purchase', properties: { amount: 42.5 } });
analytics.page({ ...call('page'), name: 'Home' });
analytics.group({ ...call('group'), groupId: 'acme', traits: { plan: 'pro' } });
await analytics.closeAndFlush({ timeout: 10000 });

if (failures.length) {
  console.error(failures);
  process.exit(1);
}
console.log('delivered');

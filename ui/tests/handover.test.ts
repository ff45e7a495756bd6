import { expect, test } from 'vitest';
import { DemoSite, proved, running, sites } from '../src/backend/demo';
import { at, callsOf, id, open } from './support';

test('every step stands with its outcome, and the proof with its verdict', async () => {
  await open('inconclusive', 'handOver');
  const rows = at('step-outcomes').getByRole('row');
  expect(rows.elements()).toHaveLength(5);
  await expect.element(rows.nth(4)).toHaveTextContent('inconclusive');
  await expect.element(rows.nth(4)).toHaveTextContent('less than the limit, so this proves nothing');
});

test('an exported report shows both files and the hash', async () => {
  const site = await open('passed', 'handOver');
  await at('export').click();
  expect(callsOf(site, 'exportReport')).toEqual([[id]]);
  await expect.element(at('report-pdf')).toHaveTextContent('.pdf');
  await expect.element(at('report-json')).toHaveTextContent('.json');
  await expect.element(at('report-sha256')).toHaveTextContent(/^[0-9a-f]{64}$/);
});

test('a report that could not be written says why', async () => {
  const site = sites.passed();
  site.refuse.exportReport = { code: 'other', message: 'The hand-over folder cannot be written.', remedy: 'Choose another folder.' };
  await open(site, 'handOver');
  await at('export').click();
  await expect.element(at('export-problem')).toHaveTextContent('The hand-over folder cannot be written. Choose another folder.');
});

test('the report never claims compliance, and says so', async () => {
  await open('passed', 'handOver');
  await expect.element(at('report')).toHaveTextContent('It does not say');
  await expect.element(at('report')).toHaveTextContent('that the installation complies with any rule or standard');
});

test('a test limit that is left behind needs somebody and has its button', async () => {
  const site = new DemoSite({}, [{ ...running(), running: null }]);
  await open(site, 'handOver');
  await expect.element(at('left-behind')).toHaveTextContent('must be undone');
  await at('left-behind').getByRole('button', { name: 'Clear the test limit now' }).click();
  expect(callsOf(site, 'clear')).toEqual([[id]]);
  await expect.element(at('left-behind')).toHaveTextContent('Nothing of ours is in force');
});

test('a missing address is asked for before the report', async () => {
  const empty = { address: '', customer: '', job: '', company: '', licence: '', tester: '', jurisdiction: '' };
  await open(new DemoSite({ site: empty }, [proved('passed')]), 'handOver');
  await expect.element(at('report')).toHaveTextContent('Address or customer is not entered');
  await at('enter-site').click();
  await expect.element(at('site-address')).toBeVisible();
});

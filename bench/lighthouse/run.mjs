/**
 * Runs Lighthouse over the jobs on standard input and prints one line of JSON for each.
 * A job: {"url", "categories", "badLink"}. Each run has a browser of its own, so that nothing is kept.
 */
import { text } from 'node:stream/consumers';
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';

const FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'];
/** Really slowed down, not calculated: each request waits, every byte and every script is slow. */
const BAD_LINK = {
  throttlingMethod: 'devtools',
  throttling: { requestLatencyMs: 400, downloadThroughputKbps: 400, uploadThroughputKbps: 200, cpuSlowdownMultiplier: 6 },
};

async function run({ url, categories, badLink }) {
  const chrome = await launch({ chromeFlags: FLAGS, logLevel: 'silent' });
  try {
    const flags = { port: chrome.port, onlyCategories: categories, output: 'json', logLevel: 'silent', ...(badLink ? BAD_LINK : {}) };
    const { lhr } = await lighthouse(url, flags);
    if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`);
    return summary(lhr);
  } finally {
    chrome.kill();
  }
}

function summary({ categories, audits }) {
  const requests = audits['network-requests'].details.items;
  return {
    scores: Object.fromEntries(Object.values(categories).map(({ id, score }) => [id, Math.round(score * 100)])),
    lcp_ms: audits['largest-contentful-paint'].numericValue,
    tbt_ms: audits['total-blocking-time'].numericValue,
    cls: audits['cumulative-layout-shift'].numericValue,
    requests: requests.length,
    bytes: requests.reduce((sum, { transferSize }) => sum + transferSize, 0),
    // What keeps a score below 100, by the audit that says so.
    wanting: Object.values(categories).flatMap(({ auditRefs }) =>
      auditRefs.filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 0.9).map(({ id }) => id),
    ),
  };
}

for (const job of JSON.parse(await text(process.stdin))) console.log(JSON.stringify(await run(job)));

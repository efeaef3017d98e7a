/** Has the opening of a sign's page counted: a number a day, without cookie, and after everything that matters. */
export function countScan(): void {
  const [arrival] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  // A page that is loaded again or reached by a link of ours has not been scanned.
  if (arrival?.type === 'navigate' && !document.referrer.includes(location.host) && /^\/s\/[^/]+$/i.test(location.pathname)) {
    navigator.sendBeacon(`${location.pathname}/scanned`);
  }
}

/** Has the opening of a sign's page counted: a number a day, without cookie, and after everything that matters. */
export function countScan(): void {
  const code = /^\/s\/([^/]+)$/i.exec(location.pathname)?.[1];
  const [arrival] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  const by_link = document.referrer.startsWith(`${location.origin}/`);
  // Whoever looks after the sign does not count, nor does a page that is only loaded again.
  if (!code || by_link || arrival?.type !== 'navigate' || document.querySelector('[data-island="keeper"]')) return;
  navigator.sendBeacon(`/s/${code}/scanned`);
}

/** What a page looks like to those who see, point and walk through it by keys; put into each page beside axe. */
window.looks = {
  /** Gloves and sun: the crew's app promises larger targets, and text that is easier to read. */
  get isOutdoors() {
    return document.documentElement.classList.contains('crew');
  },

  /** What axe finds by these rules. */
  async violations(rules) {
    // What sticks to the window's edge covers only what can be scrolled away from it: to the end first.
    scrollTo(0, document.documentElement.scrollHeight);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const enabled = { rules: { 'target-size': { enabled: true } } };
    const { violations } = await axe.run(document, { runOnly: rules, resultTypes: ['violations'], ...enabled });
    if (looks.isOutdoors) {
      const strict = await axe.run(document, { runOnly: ['color-contrast-enhanced'], resultTypes: ['violations'] });
      violations.push(...strict.violations);
    }
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
    );
  },

  /** WCAG 1.4.10 and 1.4.12: no scrolling sideways, and no text cut off by the edge of its box. */
  cutOff() {
    const findings = [];
    const pageWidth = document.documentElement.scrollWidth;
    if (pageWidth > innerWidth) findings.push(`the page is ${pageWidth} px wide in a window of ${innerWidth}`);
    const hides = (overflow) => overflow === 'hidden' || overflow === 'clip';
    for (const part of document.querySelectorAll('body *')) {
      const { overflowX, overflowY } = getComputedStyle(part);
      const wide = hides(overflowX) && part.scrollWidth > part.clientWidth + 1;
      const high = hides(overflowY) && part.scrollHeight > part.clientHeight + 1;
      // A field of one line scrolls; whoever reads on uses the arrow keys.
      // A map is seen through its frame.
      const scrolls = part.tagName === 'INPUT' || part.closest('.leaflet-container');
      if (part.clientWidth > 1 && (wide || high) && !scrolls) findings.push(`cut off: ${part.outerHTML.slice(0, 200)}`);
    }
    return findings;
  },

  /** What a finger is meant to hit: 44 px, outdoors 48. A link in a row of them is as wide as its word. */
  small() {
    const least = looks.isOutdoors ? 48 : 44;
    const boxes = 'button, .ds-button, summary, .tiles label, .mark-cell label, input.ds-input, select, textarea, [type=file], nav a';
    const inFields = '.ds-field [type=radio], .ds-field [type=checkbox], .mark-cell [type=checkbox]';
    return [...document.querySelectorAll(boxes)]
      .filter((part) => part.checkVisibility() && !part.matches(inFields))
      .flatMap((part) => {
        const { width, height } = part.getBoundingClientRect();
        const small = height < least || (width < least && !part.matches('nav a'));
        return small ? [`${width} × ${height} px: ${part.outerHTML.slice(0, 150)}`] : [];
      });
  },

  /** Where the focus is, whether one sees it, and how much of it nothing covers (WCAG 2.4.11), on a grid of points. */
  focused() {
    const part = document.activeElement;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(part);
    const { left, top, width, height } = part.getBoundingClientRect();
    const steps = [0.1, 0.3, 0.5, 0.7, 0.9];
    const points = steps.flatMap((x) => steps.map((y) => [left + x * width, top + y * height]));
    const isSeen = ([x, y]) => {
      const hit = document.elementFromPoint(x, y);
      const labels = [...(part.labels ?? [])];
      return hit && (part.contains(hit) || hit.contains(part) || labels.some((label) => label.contains(hit)));
    };
    return {
      tag: part.tagName,
      html: part.outerHTML.slice(0, 150),
      marked: (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none',
      seen: points.filter(isSeen).length / points.length,
    };
  },

  /** The spacing that WCAG 1.4.12 lets a reader set; a style element of our own would break the content policy. */
  space(on) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
      p { margin-block-end: 2em !important }
    `);
    document.adoptedStyleSheets = on ? [sheet] : [];
  },
};

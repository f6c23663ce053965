// A visitor who leaves the page arrives, however slow the next one is. Gradio closes its stream on `beforeunload` and, where something
// was still running, takes that for a lost connection: as soon as the server answers, it reloads the page, which ends the leaving.
(() => {
  const PATIENCE = 60_000; // milliseconds; who has not left by then stays, and the page may be brought back to life
  const fetched = window.fetch;
  let left = -Infinity;
  addEventListener("beforeunload", () => (left = performance.now()));
  window.fetch = (input, init) => {
    const { pathname } = new URL(input.url ?? input, location.href);
    if (pathname.endsWith("/app_id") && performance.now() < left + PATIENCE)
      return Promise.reject(new TypeError("The page is being left."));
    return fetched(input, init);
  };
})();

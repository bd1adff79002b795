// A click on a picture of the history opens its run in this session. With a key held down, or with
// another button of the mouse, it stays the browser's own link.
export default function ({ parentElement, setTriggerValue }) {
  parentElement.listening?.abort();
  const listening = (parentElement.listening = new AbortController());
  const pressed = (event) => {
    const link = event.target.closest?.('a.pg-shot');
    const keys = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (!link || keys || event.button || event.defaultPrevented) return;
    event.preventDefault();
    setTriggerValue('opened', new URLSearchParams(link.search).get('run'));
  };
  document.addEventListener('click', pressed, { signal: listening.signal });
  return () => listening.abort();
}

// Escape ends the presenting, as it ends a slide show; in a film at full size it only ends that.
export default function ({ parentElement, setTriggerValue }) {
  parentElement.listening?.abort();
  const listening = (parentElement.listening = new AbortController());
  const pressed = (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || document.fullscreenElement) return;
    setTriggerValue('left', true);
  };
  document.addEventListener('keydown', pressed, { signal: listening.signal });
  return () => listening.abort();
}

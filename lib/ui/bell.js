// Tells what has finished by the browser's own notices, when nobody looks at the page. Texts are
// given as texts, and each thing is told once a window, however often the page is drawn.
export default function ({ parentElement, data }) {
  const button = parentElement.querySelector('button');
  const can = 'Notification' in window;
  const show = () => {
    button.hidden = !data.ask || !can || Notification.permission !== 'default';
  };
  button.textContent = data.ask;
  button.onclick = async () => {
    await Notification.requestPermission();
    show();
  };
  show();
  const told = (window.playgroundTold ??= new Set());
  for (const { id, said, about } of data.news) {
    const looked = document.visibilityState === 'visible' && document.hasFocus();
    if (told.has(id)) continue;
    told.add(id);
    if (can && Notification.permission === 'granted' && !looked) {
      const notice = new Notification(said, { body: about, tag: id });
      notice.onclick = () => window.focus();
    }
  }
}

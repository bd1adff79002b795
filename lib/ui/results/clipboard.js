// Put before a part that copies. Browsers only offer their clipboard to a page that came by HTTPS
// or from this machine, so the older way comes second.
async function copied(text) {
  const newer = navigator.clipboard?.writeText(text) ?? Promise.reject();
  return newer.then(() => true, () => older(text));
}

function older(text) {
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}


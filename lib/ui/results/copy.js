// A button that copies a text, and says whether it did. Browsers only offer their clipboard to a page
// that came by HTTPS or from this machine, so the older way comes second.
export default function ({ parentElement, data }) {
  const button = parentElement.querySelector('button');
  button.textContent = data.label;
  button.onclick = async () => {
    const copied = await (navigator.clipboard?.writeText(data.text) ?? Promise.reject())
      .then(() => true, () => older(data.text));
    button.textContent = copied ? 'Copied' : 'Select it and copy by hand';
    setTimeout(() => (button.textContent = data.label), 2000);
  };
}

function older(text) {
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
}

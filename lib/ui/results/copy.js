// A button that copies a text, and says whether it did.
export default function ({ parentElement, data }) {
  const button = parentElement.querySelector('button');
  button.textContent = data.label;
  button.onclick = async () => {
    const done = await copied(data.text);
    button.textContent = done ? 'Copied' : 'Select it and copy by hand';
    setTimeout(() => (button.textContent = data.label), 2000);
  };
}

// Lays two pictures over each other; the range input says where one ends and the other begins.
// Addresses and texts are set as properties, so that none of them is ever read as HTML.
export default function ({ parentElement, data }) {
  const find = (selector) => parentElement.querySelector(selector);
  const [before, after, frame, range] = ['.before', '.after', '.frame', 'input'].map(find);
  for (const [picture, source, alt] of [
    [before, data.before, data.before_alt],
    [after, data.after, data.after_alt],
  ]) {
    if (picture.src !== source) picture.src = source;
    picture.alt = alt;
  }
  find('.left').textContent = data.before_tag;
  find('.right').textContent = data.after_tag;
  range.setAttribute('aria-label', `How much is shown of: ${data.before_tag}`);
  frame.style.aspectRatio = `${data.width} / ${data.height}`;
  frame.style.setProperty('--ratio', data.width / data.height);
  frame.style.setProperty('--width', `${data.width}px`);
  const show = () => {
    frame.style.setProperty('--at', `${range.value}%`);
    range.setAttribute('aria-valuetext', `${range.value} % ${data.before_tag}`);
  };
  range.oninput = show;
  show();
}

// A transcript that can be searched, and that its recording can be played along with. All text is
// set as text: what a recording says, or a file claims it says, never becomes HTML.
export default function ({ parentElement, data }) {
  const find = (selector) => parentElement.querySelector(selector);
  const said = JSON.stringify(data);
  if (find('.text').said === said) return; // the page was drawn again: what plays goes on
  find('.text').said = said;

  const player = makePlayer(data);
  find('.player').replaceChildren(...(player ? [player] : []));
  const lines = data.segments.map((segment) => makeLine(segment, player));
  find('.text').replaceChildren(...lines.map((line) => line.row));

  const search = find('input');
  search.oninput = () => {
    const wanted = fold(search.value.trim());
    let count = 0;
    for (const line of lines) {
      const found = mark(line, wanted);
      line.row.hidden = wanted !== '' && found === 0;
      count += found;
    }
    find('.count').textContent = wanted === '' ? '' : count === 1 ? '1 match' : `${count} matches`;
  };
  search.oninput();

  const copy = find('.copy');
  copy.onclick = async () => {
    copy.textContent = (await copied(data.text)) ? 'Copied' : 'Select it and copy by hand';
    setTimeout(() => (copy.textContent = 'Copy text'), 2000);
  };

  if (player) player.ontimeupdate = () => follow(lines, player.currentTime);
}

function makePlayer({ source, moving, label }) {
  if (!source) return null;
  const player = document.createElement(moving ? 'video' : 'audio');
  player.controls = true;
  player.preload = 'metadata';
  player.playsInline = true;
  player.src = source;
  player.setAttribute('aria-label', label);
  return player;
}

function makeLine(segment, player) {
  const row = document.createElement('p');
  if (segment.clock) {
    const time = document.createElement(player ? 'button' : 'span');
    time.className = 'time';
    time.textContent = segment.clock;
    if (player) {
      time.type = 'button';
      time.title = 'Play from here';
      time.onclick = () => {
        player.currentTime = segment.start;
        player.play();
      };
    }
    row.append(time);
  }
  if (segment.speaker) {
    const speaker = document.createElement('b');
    speaker.textContent = segment.speaker;
    row.append(speaker);
  }
  const words = document.createElement('span');
  row.append(words);
  return { row, words, segment };
}

// Without the differences of case and accents, letter by letter, so that places stay the same.
function fold(text) {
  return Array.from(text, (each) => {
    const plain = each.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
    return plain.length === each.length ? plain : each;
  }).join('');
}

function mark({ words, segment }, wanted) {
  const pieces = [];
  let [at, count] = [0, 0];
  if (wanted !== '') {
    const plain = fold(segment.text);
    for (let found; (found = plain.indexOf(wanted, at)) >= 0; at = found + wanted.length) {
      const marked = document.createElement('mark');
      marked.textContent = segment.text.slice(found, found + wanted.length);
      pieces.push(segment.text.slice(at, found), marked);
      count += 1;
    }
  }
  words.replaceChildren(...pieces, segment.text.slice(at));
  return count;
}

function follow(lines, now) {
  for (const { row, segment } of lines) {
    const playing = segment.clock && segment.start <= now && now < segment.end;
    row.classList.toggle('now', Boolean(playing));
  }
}

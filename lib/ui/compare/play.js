// A player in step with the others of its group, or the bar for all of them. What one of them is
// told to do all do; `playing` is what they should be doing, so that none answers its own echo.
const APART = 0.2; // seconds that two may drift apart before one is set right
const ALL = -1;

export default function ({ parentElement, data }) {
  const find = (selector) => parentElement.querySelector(selector);
  const group = groupOf(data.group, { playing: false, solo: null });
  const bar = find('.bar');
  [bar.hidden, find('.place').hidden, find('.solo').hidden] = [!data.bar, data.bar, data.bar];
  const member = data.bar ? makeBar(find, group) : makeOne(find, data, group);
  group.members.set(bar, member);
  changed(group);
  return () => {
    if (group.members.get(bar) === member) group.members.delete(bar);
  };
}

// The one that somebody chose, else the first of them.
const heardOf = (group) =>
  group.solo ?? Math.min(...membersOf(group).flatMap((each) => each.n ?? []));

const playersOf = (group) => membersOf(group).flatMap((each) => each.player ?? []);

function changed(group) {
  for (const each of membersOf(group)) each.show();
}

function makeBar(find, group) {
  const button = find('.all');
  button.onclick = () => {
    if (group.playing) pauseAll(group);
    else {
      const players = playersOf(group);
      const over = players.every((each) => each.ended);
      playAll(group, over ? 0 : Math.max(0, ...players.map((each) => each.currentTime)));
    }
  };
  return { show: () => (button.textContent = group.playing ? 'Pause' : 'Play together') };
}

function makeOne(find, data, group) {
  const place = find('.place');
  let player = place.firstElementChild;
  if (!player) {
    player = document.createElement(data.moving ? 'video' : 'audio');
    Object.assign(player, { controls: true, preload: 'metadata', playsInline: true });
    place.append(player);
  }
  if (player.src !== data.source) player.src = data.source;
  if (data.poster && player.poster !== data.poster) player.poster = data.poster;
  if (data.width && data.height) [player.width, player.height] = [data.width, data.height];
  player.setAttribute('aria-label', data.label);
  follow(player, group);
  const solo = find('.solo');
  solo.onclick = () => {
    group.solo = heardOf(group) === data.n ? ALL : data.n;
    changed(group);
  };
  const show = () => {
    const heard = heardOf(group) === data.n;
    player.muted = heardOf(group) !== ALL && !heard;
    solo.setAttribute('aria-pressed', String(heard));
    solo.textContent = heard ? '🔊 Only this is heard' : 'Hear only this';
  };
  return { player, show, n: data.n };
}

function follow(player, group) {
  player.onplay = () => {
    if (!group.playing) playAll(group, player.currentTime);
  };
  player.onpause = () => {
    if (group.playing && !player.ended && player.isConnected) pauseAll(group);
  };
  player.onended = () => {
    if (playersOf(group).every((each) => each.paused)) pauseAll(group);
  };
  player.onseeked = () => {
    const asked = player.askedFor;
    player.askedFor = undefined;
    if (asked !== undefined && Math.abs(asked - player.currentTime) < 0.05) return;
    for (const each of playersOf(group)) if (each !== player) seek(each, player.currentTime);
  };
  let looked = 0;
  player.ontimeupdate = () => {
    const going = playersOf(group).filter((each) => !each.paused);
    if (player !== going[0] || Date.now() - looked < 1000) return;
    looked = Date.now();
    for (const each of going.slice(1)) {
      if (Math.abs(each.currentTime - player.currentTime) > APART) seek(each, player.currentTime);
    }
  };
}

function playAll(group, time) {
  group.playing = true;
  for (const each of playersOf(group)) {
    if (time >= each.duration) continue; // a shorter one has ended by then
    seek(each, time);
    if (each.paused) each.play().catch(() => {}); // the browser's to refuse
  }
  changed(group);
}

function pauseAll(group) {
  group.playing = false;
  for (const each of playersOf(group)) each.pause();
  changed(group);
}

function seek(player, time) {
  const to = Math.min(time, player.duration || time);
  if (Math.abs(player.currentTime - to) < 0.03) return;
  player.askedFor = to;
  player.currentTime = to;
}

// What stands in step: pictures or players that are drawn one by one, and a bar for all of them.
// They know each other by the name of their group, in this window alone.
function groupOf(name, first) {
  const groups = (window.pgInStep ??= new Map());
  if (!groups.has(name)) groups.set(name, { members: new Map(), ...first });
  return groups.get(name);
}

// Those that are still on the page: what is drawn anew elsewhere leaves without a word.
function membersOf(group) {
  for (const element of group.members.keys()) {
    if (!element.isConnected) group.members.delete(element);
  }
  return [...group.members.values()];
}

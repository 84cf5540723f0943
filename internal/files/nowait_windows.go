package files

// noWait is needed for named pipes of other systems only.
const noWait = 0

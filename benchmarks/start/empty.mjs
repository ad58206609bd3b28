// Nothing: what Node itself takes to start and end. JavaScript, so that no types are stripped.
export {}

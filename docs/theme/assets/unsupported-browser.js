// Only browsers without modules run this: they are told that the form needs a newer one.
document.getElementById('unsupported-browser').hidden = false;

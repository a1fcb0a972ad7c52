// Copy the token from the address into the form, and remove it from the address and from the browser's history.
if (location.hash.length > 1) {
  document.getElementById("token").value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
}

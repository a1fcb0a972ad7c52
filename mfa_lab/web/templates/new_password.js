// Copy the token from the address into the form, and remove it from the address and from the browser's history.
const takeToken = () => {
  if (location.hash.length > 1) {
    document.getElementById("token").value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
  }
};
takeToken();
addEventListener("hashchange", takeToken); // a link that the user opens in the same tab does not load the page again

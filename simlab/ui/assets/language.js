// The choice of language is a cookie; the layout is a function of it, so the page loads anew.
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  simlab: {
    choose_language: function (value) {
      const present = document.documentElement.lang.slice(0, 2);
      if (value && value !== present) {
        document.cookie = "simlab_lang=" + value + "; path=/; max-age=31536000; SameSite=Lax";
        window.location.reload();
      }
      return window.dash_clientside.no_update;
    }
  }
});

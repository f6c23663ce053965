// Signing in happens in another tab: when the visitor comes back to this one, it asks who he is now.
addEventListener("focus", () => element.isConnected && element.querySelector("[data-sign]") && trigger("input"));

// The address of the page says what the Train tab is set to, and whether it is the open one.
const link = () => props.value && restorers.address.put(OWNED, props.value);

link();
watch("value", link);
if (document.querySelector("#tab-train-button")?.getAttribute("aria-selected") === "true") restorers.address.put(["tab"], "tab=train");
document.addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (tab) restorers.address.put(["tab"], tab.id === "tab-train-button" ? "tab=train" : "");
});

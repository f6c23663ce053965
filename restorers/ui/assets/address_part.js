// What a tab is set to goes into the address: `value` holds its parameters as text, by what is set together.
const put = () => Object.entries(props.value || {}).forEach(([name, text]) => restorers.address.put(OWNED[name], text));

put();
watch("value", put);

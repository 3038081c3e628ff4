// The first page: the owner comes in, and others join by a code.

enterWithKey();

element("join")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const code = element("code").value.trim().toUpperCase();
  if (/^[A-Z0-9]{4,12}$/.test(code)) location.href = `/join/${code}`;
  else element("join-fault").textContent = "A code has letters and figures only, such as K7M2QD.";
});

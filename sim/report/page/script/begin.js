// Begin: class mode first, so that nothing is drawn before it may be seen.

beginClassroom();
if (data.head.sound > 0) {
  shown.run = told.length > 0 ? told[0].run : null;
  for (const begin of beginnings) begin();
  if (shown.run !== null) showStory(shown.run);
}
watchWide();
beginTheme(() => {
  redrawRaster();
  redrawFan();
});

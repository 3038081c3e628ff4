// Begin: class mode first, so that nothing is drawn before it may be seen.

beginClassroom();
let redrawRaster = () => {};
if (data.head.sound > 0) {
  shown.run = told.length > 0 ? told[0].run : null;
  beginFan();
  beginLadder();
  redrawRaster = beginRaster();
  beginStories();
  beginPair();
  if (shown.run !== null) showStory(shown.run);
}
beginTheme(() => {
  redrawRaster();
  redrawFan();
});

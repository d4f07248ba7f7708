"""announce: hubs are told which feeds changed (WebSub, W3C Recommendation of 2018)."""

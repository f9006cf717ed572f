package probe

var jiraCodes = []Code{}

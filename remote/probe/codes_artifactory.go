package probe

var artifactoryCodes = []Code{}

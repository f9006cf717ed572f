package probe

var azureCodes = []Code{}

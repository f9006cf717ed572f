package probe

var appDynamicsCodes = []Code{}

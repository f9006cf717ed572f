package probe

var serviceNowCodes = []Code{}

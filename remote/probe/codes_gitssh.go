package probe

var sshCodes = []Code{}

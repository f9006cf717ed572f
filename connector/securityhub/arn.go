package securityhub

import (
	"strings"

	"patchbay/connector"
)

func secretARN(v string) string {
	if !isARN(v, "secretsmanager", "secret:") {
		return "must be the ARN of a secret, such as arn:aws:secretsmanager:us-east-1:123456789012:secret:ServiceNow-AbCdEf."
	}
	return ""
}

func kmsARN(v string) string {
	if !isARN(v, "kms", "key/") && !isARN(v, "kms", "alias/") {
		return "must be the ARN of a KMS key, such as arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555."
	}
	return ""
}

// isARN reports whether the text is arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE of the service, 20 to 2048 characters.
func isARN(v, service, resource string) bool {
	part := strings.SplitN(v, ":", 6)
	return len(v) >= 20 && len(v) <= 2048 && !strings.ContainsAny(v, " \t\r\n") && len(part) == 6 &&
		part[0] == "arn" && (part[1] == "aws" || strings.HasPrefix(part[1], "aws-")) && part[2] == service &&
		part[3] != "" && accountNumber(part[4]) == "" && strings.HasPrefix(part[5], resource) && len(part[5]) > len(resource)
}

// ARN is the full name of a connector.
func ARN(w connector.Workspace, identifier string) string {
	return "arn:" + partition(w.Region) + ":securityhub:" + w.Region + ":" + w.Account + ":connectorv2/" + identifier
}

func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

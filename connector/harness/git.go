package harness

import (
	"strings"

	"patchbay/connector"
)

// Git is what all Git types share: where the repositories are and how far one connector reaches.
type Git struct{ URL, Branch, Reach, ValidationRepo string }

// The reaches of a Git connector.
const (
	reachAccount = "Account"
	reachRepo    = "Repo"
	reachProject = "Project"
)

// place declares the address and the reach; rule and example differ between HTTP and SSH.
func (g *Git) place(rule connector.Rule, example string) []connector.Field {
	return []connector.Field{
		connector.Text(&g.URL, "url", "Repository URL").Must(rule).Code().
			Hint("The address you would clone, or the one above all repositories.", example),
		connector.Text(&g.Branch, "branch", "Default branch").May(connector.NoSpaces).Code().
			Hint("Used where a pipeline names no branch.", "main"),
		connector.Choice(&g.Reach, "connection_type", "Reach",
			reachAccount+": all repositories below this address",
			reachRepo+": this one repository",
			reachProject+": all repositories of an Azure Repos project").Must().
			Hint("How many repositories the connector serves.", reachRepo),
	}
}

// trial declares the repository that a connector for many repositories is tested with.
func (g *Git) trial() []connector.Field {
	return []connector.Field{
		connector.Text(&g.ValidationRepo, "validation_repo", "Repository to test with").
			May(repositoryName).When(&g.Reach, reachAccount, reachProject).Code().
			Hint("Its name below the repository URL; without one a test proves nothing.", "app.git"),
	}
}

// repositoryName wants what can follow the URL of an account after a slash and stays below it.
func repositoryName(v string) string {
	if strings.ContainsAny(v, "@:") {
		return "must be the name of a repository below the Repository URL, such as app.git, not a whole address."
	}
	// Below an SSH address the name becomes part of a command on the other side.
	if strings.ContainsAny(v, " \t'\"`$;&|<>(){}*?!#%^\\") {
		return "must not contain spaces, quotes or any of ` $ ; & | < > ( ) { } * ? ! # % ^ \\."
	}
	for part := range strings.SplitSeq(v, "/") {
		if part == "" || part == "." || part == ".." {
			return "must not begin or end with a slash, and must not have empty parts or dots between slashes."
		}
	}
	return ""
}

// many reports whether the address stands for more than one repository.
func (g *Git) many() bool { return g.Reach == reachAccount || g.Reach == reachProject }

// refs completes the question with the one repository that is asked; without one there is nothing to ask.
func (g *Git) refs(q connector.ListRefs) connector.Check {
	q.URL = g.URL
	if g.many() {
		if g.ValidationRepo == "" {
			return connector.Nothing{Why: "The address stands for many repositories and none is named to test with. " +
				"Fill in Repository to test with."}
		}
		q.URL = strings.TrimRight(g.URL, "/") + "/" + g.ValidationRepo
	}
	return q
}

// Advice implements [connector.Advising].
func (g *Git) Advice() connector.Problems {
	out := inClear("url", "Repository URL", g.URL)
	if g.many() && g.ValidationRepo == "" {
		out = append(out, connector.Problem{Field: "validation_repo", Text: "Repository to test with is empty: a test of this " +
			"connector contacts nothing, so it proves nothing. Name one repository below the URL."})
	}
	return out
}

package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"patchbay/access"
	"patchbay/web"
)

// Routes is every address of the console with who may come in. The registry asks again, for the thing itself.
func (h *Handlers) Routes() []web.Route {
	get := func(path string, needs access.Permission, do echo.HandlerFunc) web.Route {
		return web.Route{Method: http.MethodGet, Path: path, Needs: needs, Do: do}
	}
	post := func(path string, needs access.Permission, do echo.HandlerFunc) web.Route {
		return web.Route{Method: http.MethodPost, Path: path, Needs: needs, Do: do}
	}
	const small = 64 << 10
	return []web.Route{
		get("/livez", web.Public, h.live),
		get("/readyz", web.Public, h.ready),
		get("/login", web.Public, h.login),
		{Method: http.MethodPost, Path: "/login", Needs: web.Public, Do: h.signIn, Body: small},
		post("/logout", web.SignedIn, h.signOut),
		get("/setup", web.Public, h.setUp),
		{Method: http.MethodPost, Path: "/setup", Needs: web.Public, Do: h.setUpNow, Body: small},

		get("/", access.View, h.overview),
		get("/palette", access.View, h.palette),

		get("/connectors", access.View, h.connectors),
		get("/connectors/new", access.Edit, h.choose),
		get("/connectors/new/:vendor/:type", access.Edit, h.newConnector),
		post("/connectors", access.Edit, h.create),
		post("/connectors/new/:vendor/:type", access.Edit, h.create),
		get("/connectors/new/:vendor/:type/test", access.Edit, h.testAgain),
		post("/connectors/new/:vendor/:type/test", access.Edit, h.testNew),
		get("/connectors/:id/edit/test", access.Edit, h.testAgain),
		post("/connectors/:id/edit/test", access.Edit, h.testChange),
		get("/drafts/:run", access.Edit, h.draft),
		get("/drafts/:run/events", access.Edit, h.draftEvents),
		post("/drafts/:run/cancel", access.Edit, h.cancelDraft),
		get("/connectors/:id", access.View, h.connector),
		get("/connectors/:id/edit", access.Edit, h.edit),
		post("/connectors/:id/edit", access.Edit, h.change),
		get("/connectors/:id/delete", access.Edit, h.confirmDelete),
		post("/connectors/:id/delete", access.Edit, h.delete),
		post("/connectors/:id/restore", access.Edit, h.restore),
		get("/connectors/:id/purge", access.Purge, h.confirmPurge),
		post("/connectors/:id/purge", access.Purge, h.purge),
		post("/connectors/:id/uses", access.Edit, h.addUse),
		post("/connectors/:id/uses/remove", access.Edit, h.removeUse),
		get("/connectors/:id/validate", access.Test, h.validateAgain),
		post("/connectors/:id/validate", access.Test, h.validate),
		get("/connectors/:id/history", access.View, h.history),
		get("/connectors/:id/runs/:run", access.View, h.run),
		get("/connectors/:id/checks/:run/events", access.View, h.checkEvents),
		post("/connectors/:id/checks/:run/cancel", access.Test, h.cancelCheck),
		post("/connectors/:id/host-key", access.Edit, h.trustHostKey),
		post("/connectors/:id/pair", access.Test, h.pair),
		post("/connectors/:id/payload", access.View, h.payload),
		post("/connectors/:id/authorise", access.Edit, h.authorise),
		get("/connectors/:id/authorise/:consent", access.Edit, h.consent),
		post("/connectors/:id/authorise/:consent", access.Edit, h.takeConsent),
		get(OAuthCallback, web.Public, h.oauthCallback), // it asks by itself: the sign-in page must not learn the code
		post("/connectors/:id/watch", access.Edit, h.setWatch),
		post("/connectors/:id/pause", access.Edit, h.pauseConnector),
		post("/connectors/:id/resume", access.Edit, h.resumeConnector),
		get("/trash", access.View, h.trash),

		get("/watch", access.View, h.watching),
		post("/watch/pause", access.ManageWorkspaces, h.pauseWatch),
		post("/watch/resume", access.ManageWorkspaces, h.resumeWatch),
		post("/watch/windows", access.ManageWorkspaces, h.addWindow),
		post("/watch/windows/:id/remove", access.ManageWorkspaces, h.removeWindow),
		get("/expiry", access.View, h.expiry),

		get("/secrets", access.View, h.secrets),
		post("/secrets", access.KeepSecrets, h.keepSecret),
		get("/secrets/:id", access.View, h.secret),
		post("/secrets/:id/replace", access.KeepSecrets, h.replaceSecret),
		post("/secrets/:id/ends", access.KeepSecrets, h.noteEnd),
		post("/secrets/:id/remove", access.KeepSecrets, h.removeSecret),

		get("/workspaces", access.View, h.workspaces),
		post("/workspaces", access.ManageWorkspaces, h.addWorkspace),
		post("/workspaces/:id/rename", access.ManageWorkspaces, h.renameWorkspace),
		post("/workspaces/:id/remove", access.ManageWorkspaces, h.removeWorkspace),
		get("/workspaces/:id/settings", access.ManageWorkspaces, h.settings),
		post("/workspaces/:id/settings", access.ManageWorkspaces, h.set),
		get("/workspaces/:id/oauth", access.ManageWorkspaces, h.oauthApp),
		post("/workspaces/:id/oauth", access.ManageWorkspaces, h.setOAuthApp),
		post("/workspaces/:id/oauth/remove", access.ManageWorkspaces, h.removeOAuthApp),
		get("/workspaces/:id/host-keys", access.View, h.hostKeys),
		post("/workspaces/:id/host-keys/forget", access.Edit, h.forgetHostKey),

		get("/credentials", access.ManageWorkspaces, h.credentials),
		post("/credentials", access.ManageWorkspaces, h.mint),
		post("/credentials/:id/revoke", access.ManageWorkspaces, h.revoke),
		get("/requests", access.View, h.requests),

		get("/notices", access.ManageWorkspaces, h.notices),
		post("/notices", access.ManageWorkspaces, h.addChannel),
		get("/notices/:id", access.ManageWorkspaces, h.channel),
		post("/notices/:id", access.ManageWorkspaces, h.changeChannel),
		post("/notices/:id/test", access.ManageWorkspaces, h.testChannel),
		post("/notices/:id/remove", access.ManageWorkspaces, h.removeChannel),
		get("/notices/:id/log/:notice", access.ManageWorkspaces, h.notice),
		post("/notices/:id/log/:notice/redeliver", access.ManageWorkspaces, h.redeliver),

		get("/users", access.ManageUsers, h.users),
		post("/users", access.ManageUsers, h.addUser),
		post("/users/:id/role", access.ManageUsers, h.changeRole),
		post("/users/:id/disable", access.ManageUsers, h.disableUser),
		post("/users/:id/enable", access.ManageUsers, h.enableUser),
		post("/users/:id/password", access.ManageUsers, h.setPassword),

		get("/account", web.SignedIn, h.account),
		post("/account/password", web.SignedIn, h.ownPassword),
		post("/account/theme", web.SignedIn, h.theme),
		post("/account/keys", web.SignedIn, h.keys),
		post("/account/stay", web.SignedIn, h.stay),

		get("/audit", access.ReadAudit, h.audit),
		post("/audit/verify", access.ReadAudit, h.verifyAudit),

		get("/reference", access.View, h.reference),
		get("/reference/compatibility", access.View, h.compatibility),
		get("/reference/codes", access.View, h.referenceCodes),
		get("/reference/:vendor/:type", access.View, h.referenceType),
	}
}

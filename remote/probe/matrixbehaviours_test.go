package probe_test

import (
	"crypto/tls"
	"encoding/base64"
	"io"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// moment is when the other side begins to misbehave.
type moment int

// The moments. Over SSH nothing is secure before the greeting, so that comes in its place, and the command is the request.
const (
	onConnect moment = iota // before anything is encrypted
	onSecure                // once it is, before anything is asked
	onRequest               // once something is asked
)

// hostility is one way to misbehave.
type hostility struct {
	name string
	when moment
	play func(*played)
	// taken says that the head is a whole one and says yes, which is all that whoever sends a notice wants to know.
	taken bool
	// right are codes that are right although they are not red.
	right []string
	// waits says that a check ends by its deadline alone, at some point at least.
	waits bool
}

// hostilities are all the ways. Those that wait come first, since each takes as long as a check may.
func hostilities() []*hostility {
	out := waiting()
	for _, h := range out {
		h.waits = true
	}
	return slices.Concat(out, breaking(), flooding(), lying())
}

// waiting are other sides that keep a check for as long as they can.
func waiting() []*hostility {
	silent := func(p *played) { p.hangUp() }
	after := func(text string) func(*played) {
		return func(p *played) {
			if p.say(text) {
				p.hangUp()
			}
		}
	}
	slowly := func(text func(*played) string, parts int) func(*played) {
		return func(p *played) { p.drip(text(p), p.position.patient/time.Duration(parts)) }
	}
	head := func(p *played) string { return p.position.kind.head + "X-Slow: yes\r\n" }
	return []*hostility{
		{name: "a tarpit that takes the connection", when: onConnect, play: silent},
		{name: "one byte, then silence", when: onConnect, play: after("\x16")},
		{name: "half a TLS record, then silence", when: onConnect, play: after("\x16\x03\x03\x40\x00half")},
		{name: "a TLS handshake that stops in the middle", when: onConnect, play: func(p *played) { p.handshake(90, 0) }},
		{name: "a TLS handshake byte by byte", when: onConnect, play: func(p *played) { p.handshake(1<<20, p.position.patient/200) }},
		{name: "a greeting that stops in the middle", when: onConnect, play: after("SSH-2.")},
		{name: "a greeting, then silence", when: onConnect, play: after("SSH-2.0-mute\r\n")},
		{name: "silence behind the handshake", when: onSecure, play: silent},
		{name: "silence behind the request", when: onRequest, play: silent},
		{name: "one byte of the answer", when: onRequest, play: after("H")},
		{name: "a head without its end", when: onRequest, play: after("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n")},
		{name: "a body that stops in the middle", when: onRequest, taken: true, play: func(p *played) {
			after(strings.Replace(p.position.kind.head, "\r\nContent", "\r\nContent-Length: 99999\r\nContent", 1) + "\r\n" + p.position.kind.list[0])(p)
		}},
		{name: "a chunk that stops in the middle", when: onRequest, taken: true, play: func(p *played) { after(chunks(p) + "fff\r\n" + p.position.kind.list[0])(p) }},
		{name: "a slow head", when: onRequest, play: slowly(head, 40)},
		{name: "a byte of the head right before each deadline", when: onRequest, play: func(p *played) { p.drip(head(p), p.position.patient*9/10) }},
		{name: "a slow body", when: onRequest, taken: true, play: func(p *played) {
			if p.begin() {
				p.drip(p.position.kind.list[0], p.position.patient/40)
			}
		}},
		{name: "endless waiting by the book", when: onRequest, play: slowly(func(*played) string { return "HTTP/1.1 102 Processing\r\n\r\n" }, 60)},
	}
}

// chunks is the head of an answer that comes in chunks.
func chunks(p *played) string {
	if p.position.kind.head == "" {
		return ""
	}
	return p.position.kind.head + "Transfer-Encoding: chunked\r\n\r\n"
}

// breaking are other sides that break off.
func breaking() []*hostility {
	reset := func(p *played) { p.reset() }
	nothing := func(*played) {}
	read := func(n int, then func(*played)) func(*played) {
		return func(p *played) {
			if _, err := io.ReadFull(p.raw, make([]byte, n)); err == nil {
				then(p)
			}
		}
	}
	says := func(text string) func(*played) { return func(p *played) { p.say(text) } }
	return []*hostility{
		{name: "a reset at once", when: onConnect, play: reset},
		{name: "an end at once", when: onConnect, play: nothing},
		{name: "a reset in the handshake", when: onConnect, play: read(5, reset)},
		{name: "plain text on a TLS port", when: onConnect, play: read(5, says("HTTP/1.1 400 Bad Request\r\n\r\nYou are speaking TLS to a plain port."))},
		{name: "SSH on a TLS port", when: onConnect, play: read(5, says("SSH-2.0-OpenSSH_9.2\r\n"))},
		{name: "a TLS alert", when: onConnect, play: read(5, says("\x15\x03\x03\x00\x02\x02\x28"))},
		{name: "a reset behind the handshake", when: onSecure, play: reset},
		{name: "an end behind the handshake", when: onSecure, play: nothing},
		{name: "a reset behind the request", when: onRequest, play: reset},
		{name: "an end without an answer", when: onRequest, play: nothing},
		{name: "a body that is cut off", when: onRequest, taken: true, play: func(p *played) {
			p.say(strings.Replace(p.position.kind.head, "\r\nContent", "\r\nContent-Length: 99999\r\nContent", 1) + "\r\n" + p.position.kind.list[0])
		}},
	}
}

// flooding are other sides that never end.
func flooding() []*hostility {
	flood := func(first, forever string) func(*played) {
		return func(p *played) {
			if p.say(first) {
				p.pour(forever)
			}
		}
	}
	body := func(forever func(*played) string) func(*played) {
		return func(p *played) {
			if p.begin() {
				p.pour(forever(p))
			}
		}
	}
	const fine = "HTTP/1.1 200 OK\r\n"
	unfinished := []string{"GIT_REFS_UNFINISHED", "GIT_ANONYMOUS", "ARTIFACTORY_LIST_UNFINISHED", "ARTIFACTORY_ANONYMOUS", "APPD_LIST_UNFINISHED", "APPD_ANONYMOUS", "AZURE_LIST_UNFINISHED"}
	return []*hostility{
		{name: "endless bytes", when: onConnect, play: flood("", "\x00\xffnoise")},
		{name: "endless TLS warnings", when: onConnect, play: flood("", "\x15\x03\x03\x00\x02\x01\x00")},
		{name: "endless lines before a greeting", when: onConnect, play: flood("", "All lines are busy.\r\n")},
		{name: "one endless line", when: onRequest, play: flood("HTTP/1.1 200 ", "x")},
		{name: "endless headers", when: onRequest, play: flood(fine, "X-More: of the same\r\n")},
		{name: "one endless header", when: onRequest, play: flood(fine+"X-Long: ", "x")},
		{name: "endless continues", when: onRequest, play: flood("", "HTTP/1.1 100 Continue\r\n\r\n")},
		{name: "endless hints", when: onRequest, play: flood("", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")},
		{name: "an endless chunk size", when: onRequest, taken: true, play: func(p *played) { flood(chunks(p), "1")(p) }},
		{name: "an endless chunk extension", when: onRequest, taken: true, play: func(p *played) { flood(chunks(p)+"1;x=", "y")(p) }},
		{name: "endless trailers", when: onRequest, taken: true, play: func(p *played) { flood(chunks(p)+"2\r\n{}\r\n0\r\n", "X-More: of the same\r\n")(p) }},
		{name: "an endless body of junk", when: onRequest, taken: true, play: body(func(*played) string { return "all work and no play " })},
		{name: "an endless body of brackets", when: onRequest, taken: true, play: body(func(*played) string { return "[" })},
		{name: "an endless body of spaces", when: onRequest, taken: true, play: body(func(*played) string { return " " })},
		{name: "an endless string", when: onRequest, taken: true, play: func(p *played) {
			if p.begin() && p.say(`{"access_token":"`) {
				p.pour("x")
			}
		}},
		{name: "an endless list of its own kind", when: onRequest, taken: true, right: unfinished, play: func(p *played) {
			if p.begin() && p.say(p.position.kind.list[0]) {
				p.pour(p.position.kind.list[1])
			}
		}},
		{name: "endless refs", when: onRequest, taken: true, right: unfinished, play: flood(ok+"\r\n"+preamble+firstRef, oneRef)},
		{name: "an endless body to a redirect", when: onRequest, play: flood("HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example.test/\r\n\r\n", "moved ")},
		{name: "an endless body to a refusal", when: onRequest, play: flood("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n{\"error\":\"", "no ")},
	}
}

// lying are other sides whose answer comes, and is wrong.
func lying() []*hostility {
	says := func(head, body string) func(*played) { return func(p *played) { p.answer(head, body) } }
	own := func(body string) func(*played) { return func(p *played) { p.whole(body) } }
	zipped, huge := bomb(), strings.Repeat("x", 64<<10)
	const none, fine = "HTTP/1.1 ", "HTTP/1.1 200 OK\r\nContent-Type: "
	token := func(value string) func(*played) {
		return own(`{"token_type":"Bearer","expires_in":3599,"access_token":` + value + `,"refresh_token":` + value + `}`)
	}
	return []*hostility{
		{name: "a redirect to itself", when: onRequest, play: says(none+"302 Found\r\nLocation: ?again\r\n", "")},
		{name: "a redirect to the metadata service", when: onRequest, play: says(none+"307 Moved\r\nLocation: http://169.254.169.254/latest/\r\n", "")},
		{name: "a redirect without a target", when: onRequest, play: says(none+"301 Moved\r\n", "")},
		{name: "a redirect to a file", when: onRequest, play: says(none+"308 Moved\r\nLocation: file:///etc/passwd\r\n", "")},
		{name: "a bomb of zeroes", when: onRequest, taken: true, play: func(p *played) { p.answer(p.position.kind.head+"Content-Encoding: gzip\r\n", zipped) }},
		{name: "a page of HTML", when: onRequest, taken: true, play: says(fine+"text/html\r\n", "<!doctype html><h1>Welcome</h1>")},
		{name: "HTML that claims to be data", when: onRequest, taken: true, play: own("<html><h1>Welcome</h1>")},
		{name: "a picture", when: onRequest, taken: true, play: says(fine+"image/png\r\n", "\x89PNG\r\n\x1a\n\x00\x00")},
		{name: "an empty answer", when: onRequest, taken: true, play: own("")},
		{name: "no content", when: onRequest, taken: true, play: says(none+"204 No Content\r\n", "")},
		{name: "nothing new", when: onRequest, play: says(none+"304 Not Modified\r\n", "")},
		{name: "an upgrade", when: onRequest, play: says(none+"101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n", "")},
		{name: "401 for ever", when: onRequest, play: says(none+"401 Unauthorized\r\nWWW-Authenticate: Negotiate, Basic realm=\"\x01\x7f\"\r\n", "{}")},
		{name: "407 for ever", when: onRequest, play: says(none+"407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\n", "")},
		{name: "a status that is not one", when: onRequest, play: says(none+"999 \x1b[31mred\r\nContent-Type: \x1b[0m\r\n", "\x1b[31mred\x00 alert")},
		{name: "two lengths", when: onRequest, play: says("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n", goodRepositories)},
		{name: "a length below nothing", when: onRequest, play: func(p *played) { p.say("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}") }},
		{name: "another protocol", when: onRequest, taken: true, play: func(p *played) { p.say("HTTP/3.0 200 OK\r\n\r\n") }},
		{name: "an answer before the question", when: onSecure, taken: true, play: func(p *played) { p.say(whole200(jsonHead, `{"unasked":true}`)); p.hangUp() }},
		{name: "an answer to another request, and more behind it", when: onRequest, waits: true, play: func(p *played) {
			p.say("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n" + strings.Repeat(whole200(p.position.kind.head, goodSites), 3))
			p.hangUp()
		}},
		{name: "deeply nested JSON", when: onRequest, taken: true, play: own(strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000))},
		{name: "deeply nested names", when: onRequest, taken: true, play: own(strings.Repeat(`{"result":`, 20_000) + "1" + strings.Repeat("}", 20_000))},
		{name: "JSON with everything twice and huge numbers", when: onRequest, taken: true, play: own(`{"access_token":"evil","access_token":{"access_token":1e999999},"token_type":"Bearer","token_type":7,` +
			`"expires_in":1e999999,"result":1e400,"result":{"sys_id":"x"},"value":[{"subscriptionId":1e400}],"key":"SEC","key":null,"id":-1e999999999}`)},
		{name: "a list with huge numbers", when: onRequest, taken: true, play: own(`[{"id":1e400,"key":` + strings.Repeat("9", 100_000) + `,"type":"LOCAL","name":"x"}]`)},
		{name: "a token with line breaks", when: onRequest, taken: true, play: token(`"evil\r\nX-Evil: 1"`)},
		{name: "a token with a null", when: onRequest, taken: true, play: token(`"evil\u0000\u007f"`)},
		{name: "a token of 64 KiB", when: onRequest, taken: true, play: token(`"` + huge + `"`)},
		{name: "a token of another type", when: onRequest, taken: true, play: token(`["evil"]`)},
		{name: "a token that is a number", when: onRequest, taken: true, play: token(`6.02e23`)},
		{name: "what was sent, sent back", when: onRequest, play: func(p *played) { p.echo("400 Bad Request", false) }},
		{name: "what was sent, sent back as the reason", when: onRequest, play: func(p *played) { p.echo("403 "+p.sent, false) }},
		{name: "what was sent, sent back in other letters", when: onRequest, play: func(p *played) { p.echo("418 Teapot", true) }},
		{name: "what was sent, sent back in a redirect", when: onRequest, play: func(p *played) {
			p.answer("HTTP/1.1 302 Found\r\nLocation: /"+url.PathEscape(p.sent)+"\r\n", p.sent)
		}},
		{name: "what was sent, sent back in place of an answer", when: onRequest, play: func(p *played) { p.say(p.sent + "\r\n\r\n") }},
		{name: "what was sent, sent back as a status", when: onRequest, play: func(p *played) { p.say("HTTP/1.1 " + p.sent + "\r\n\r\n") }},
		{name: "what was sent, sent back as a protocol", when: onRequest, play: func(p *played) { p.say("HTTP/" + p.sent + " 200 OK\r\n\r\n") }},
		{name: "what was sent, sent back as a line of the head", when: onRequest, play: func(p *played) { p.say("HTTP/1.1 200 OK\r\n" + strings.ReplaceAll(p.sent, ":", " ") + "\r\n\r\n") }},
		{name: "what was sent, sent back as a length", when: onRequest, play: func(p *played) { p.say("HTTP/1.1 200 OK\r\nContent-Length: " + p.sent + "\r\n\r\n") }},
		{name: "what was sent, sent back as an encoding", when: onRequest, play: func(p *played) { p.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: " + p.sent + "\r\n\r\n") }},
		{name: "what was sent, sent back as the name of an error", when: onRequest, play: func(p *played) {
			p.answer("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n", `{"error":`+strconv.Quote(p.sent)+`,"error_description":`+strconv.Quote(p.sent)+`}`)
		}},
	}
}

// echo answers with what was sent wherever an answer has room for it; changed writes it in the forms that other programs have for it.
func (p *played) echo(status string, changed bool) {
	sent := p.sent
	if changed {
		sent = url.QueryEscape(sent) + " " + strings.ReplaceAll(url.PathEscape(sent), "%20", " ")
		if strings.Contains(sent, noSecret) {
			sent = base64.URLEncoding.EncodeToString([]byte(noSecret)) + " " + sent
		}
	}
	sent = strings.Repeat("x", 40) + " " + sent
	p.answer("HTTP/1.1 "+status+"\r\nContent-Type: text/"+sent+"\r\nWWW-Authenticate: "+sent+"\r\nX-Jfrog-Version: "+sent+"\r\n", sent)
}

// handshake lets a TLS handshake go well for so many bytes of the server, each of them only after a tick, and then nothing happens any more.
func (p *played) handshake(bytes int, tick time.Duration) {
	slow := &hesitant{Conn: p.raw, left: bytes, tick: tick}
	_ = tls.Server(slow, p.position.tls).Handshake() // it comes to nothing
	p.hangUp()
}

// hesitant is a connection that writes slowly, and at last nothing.
type hesitant struct {
	net.Conn
	left int
	tick time.Duration
}

// Write implements [net.Conn].
func (h *hesitant) Write(b []byte) (int, error) {
	for i := range b {
		if h.left--; h.left < 0 {
			return len(b), nil // lost on the way
		}
		if h.tick > 0 {
			<-time.After(h.tick)
		}
		if _, err := h.Conn.Write(b[i : i+1]); err != nil {
			return i, err
		}
	}
	return len(b), nil
}

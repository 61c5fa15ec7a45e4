// What the gateway is measured with and against: a service that answers 1 KB, a load, and the usual compiled gateway
// (net/http, httputil.ReverseProxy, golang-jwt with verified tokens remembered for 30 seconds). Loopback only.
//
//	peer service ADDRESS
//	peer gateway ADDRESS SERVICE_URL PUBLIC_KEY_PEM ISSUER
//	peer load URL TOKENS_FILE SECONDS CONNECTIONS RATE      (rate 0: as fast as it is answered)
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func main() {
	switch os.Args[1] {
	case "service":
		service(os.Args[2])
	case "gateway":
		gateway(os.Args[2], os.Args[3], os.Args[4], os.Args[5])
	case "load":
		load(os.Args[2], os.Args[3], number(os.Args[4]), number(os.Args[5]), number(os.Args[6]))
	}
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	must(err)
	return n
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func service(address string) {
	body := `{"id":"01940000-0000-7000-8000-000000000001","status":"accepted","note":"` + strings.Repeat("x", 940) + `"}`
	must(http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = io.WriteString(w, body)
	})))
}

type claims struct {
	Scope    string `json:"scope"`
	ClientID string `json:"client_id"`
	jwt.RegisteredClaims
}

type remembered struct {
	claims *claims
	until  time.Time
}

func gateway(address, behind, keyFile, issuer string) {
	target, err := url.Parse(behind)
	must(err)
	pem, err := os.ReadFile(keyFile)
	must(err)
	key, err := jwt.ParseECPublicKeyFromPEM(pem)
	must(err)
	proxy := &httputil.ReverseProxy{
		Transport: &http.Transport{MaxIdleConns: 256, MaxIdleConnsPerHost: 256},
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target); r.SetXForwarded() },
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithIssuer(issuer), jwt.WithAudience(issuer), jwt.WithExpirationRequired())
	var known sync.Map
	check := func(token string) *claims {
		if found, ok := known.Load(token); ok && time.Now().Before(found.(remembered).until) {
			return found.(remembered).claims
		}
		c := &claims{}
		if _, err := parser.ParseWithClaims(token, c, func(*jwt.Token) (any, error) { return key, nil }); err != nil {
			return nil
		}
		known.Store(token, remembered{c, time.Now().Add(30 * time.Second)})
		return c
	}
	must(http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok {
			w.WriteHeader(401)
			return
		}
		c := check(token)
		if c == nil {
			w.WriteHeader(401)
			return
		}
		if !strings.Contains(" "+c.Scope+" ", " referral:read ") {
			w.WriteHeader(403)
			return
		}
		r.Header.Del("Authorization")
		r.Header.Set("X-Ihala-Client", c.ClientID)
		proxy.ServeHTTP(w, r)
	})))
}

type result struct {
	N       int     `json:"n"`
	Seconds float64 `json:"seconds"`
	P50     float64 `json:"p50"`
	P99     float64 `json:"p99"`
	Bad     int     `json:"bad"`
}

// load asks for one address with tokens in turn. With a rate, latency counts from the moment a request was due.
func load(address, tokensFile string, seconds, connections, rate int) {
	file, err := os.Open(tokensFile)
	must(err)
	var tokens []string
	for s := bufio.NewScanner(file); s.Scan(); {
		tokens = append(tokens, "Bearer "+s.Text())
	}
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		MaxIdleConns: 256, MaxIdleConnsPerHost: 256, MaxConnsPerHost: connections, DisableCompression: true,
	}}
	var mu sync.Mutex
	var wg sync.WaitGroup
	var took []float64
	bad := 0
	call := func(i int, due time.Time) {
		request, _ := http.NewRequest("GET", address, nil)
		request.Header.Set("Authorization", tokens[i%len(tokens)])
		answer, err := client.Do(request)
		if err == nil {
			_, err = io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
		ms := float64(time.Since(due).Microseconds()) / 1000
		mu.Lock()
		defer mu.Unlock()
		took = append(took, ms)
		if err != nil || answer.StatusCode != 200 {
			bad++
		}
	}
	began := time.Now()
	if rate == 0 {
		for c := 0; c < connections; c++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for i := c; time.Since(began) < time.Duration(seconds)*time.Second; i += connections {
					call(i, time.Now())
				}
			}()
		}
	} else {
		for i := 0; i < rate*seconds; i++ {
			due := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
			time.Sleep(time.Until(due))
			wg.Add(1)
			go func() { defer wg.Done(); call(i, due) }()
		}
	}
	wg.Wait()
	sort.Float64s(took)
	out, _ := json.Marshal(result{len(took), time.Since(began).Seconds(), took[len(took)/2], took[len(took)*99/100], bad})
	fmt.Println(string(out))
}

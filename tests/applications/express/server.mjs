// server.mjs PORT: /app shows the session, POST /login?user=NAME renews it for this user, /logout gives it up and clears
// its cookie, /logout?keep leaves that.
import express from 'express';
import session from 'express-session';

const application = express();
application.use(session({ secret: 'of the tests', resave: false, saveUninitialized: true }));

function show(request, response) {
    response.set('X-Agent-Id', request.session?.user ?? '');
    response.set('X-Session-Id', request.sessionID ?? '');
    response.set('X-Cookies-Seen', request.headers.cookie ?? '');
    response.send('<!doctype html><title>Application</title><p>Express');
}

application.get('/app', show);

application.post('/login', (request, response, next) => {
    request.session.regenerate((failure) => {
        if (failure) return next(failure);
        request.session.user = request.query.user;
        show(request, response);
    });
});

application.get('/logout', (request, response, next) => {
    request.session.destroy((failure) => {
        if (failure) return next(failure);
        if (request.query.keep === undefined) response.clearCookie('connect.sid');
        response.set('X-Cookies-Seen', request.headers.cookie ?? '');
        response.send('<!doctype html><title>Application</title><p>Logged out');
    });
});

application.listen(Number(process.argv[2]), '127.0.0.1');

<?php
// /app shows the session, POST /login?user=NAME renews it for this user, /logout gives it up and clears its cookie,
// /logout?keep leaves that.
session_start();
$place = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($place === '/login' && $_SERVER['REQUEST_METHOD'] === 'POST') {
    session_regenerate_id(true);
    $_SESSION['user'] = $_GET['user'];
}
if ($place === '/logout') {
    $_SESSION = [];
    session_destroy();
    if (!isset($_GET['keep'])) {
        setcookie(session_name(), '', ['expires' => 1, 'path' => '/']);
    }
}
header('X-Agent-Id: ' . ($_SESSION['user'] ?? ''));
header('X-Session-Id: ' . session_id());
header('X-Cookies-Seen: ' . ($_SERVER['HTTP_COOKIE'] ?? ''));
?>
<!doctype html><title>Application</title><p>PHP

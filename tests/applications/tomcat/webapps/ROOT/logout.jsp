<%@ page contentType="text/html;charset=UTF-8" session="false" %><%
    if (request.getSession(false) != null) {
        request.getSession(false).invalidate();
    }
    if (request.getParameter("keep") == null) {
        Cookie cleared = new Cookie("JSESSIONID", "");
        cleared.setPath("/");
        cleared.setMaxAge(0);
        response.addCookie(cleared);
    }
%><!doctype html><title>Application</title><p>Logged out

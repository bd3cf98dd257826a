<%@ page contentType="text/html;charset=UTF-8" %><%
    Object user = session.getAttribute("user");
    String cookies = request.getHeader("Cookie");
    response.setHeader("X-Agent-Id", user == null ? "" : user.toString());
    response.setHeader("X-Session-Id", session.getId());
    response.setHeader("X-Cookies-Seen", cookies == null ? "" : cookies);
%><!doctype html><title>Application</title><p>Tomcat

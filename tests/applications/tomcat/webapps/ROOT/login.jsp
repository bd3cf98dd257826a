<%
    if (request.getMethod().equals("POST")) {
        request.changeSessionId();
        session.setAttribute("user", request.getParameter("user"));
    }
%><%@ include file="app.jsp" %>

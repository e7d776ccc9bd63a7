// What starting Node.js alone takes.

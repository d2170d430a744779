using System.Net;

namespace Coterie.WebConsole;

/// <summary>Whom the console asks: the nodes that it stands beside. Queries go to the first that answers.</summary>
public sealed record ConsoleCluster(IReadOnlyList<ConsoleNode> Nodes);

/// <summary>A node, and where it is asked.</summary>
public sealed record ConsoleNode(string Name, IPEndPoint Cql, IPEndPoint Admin);

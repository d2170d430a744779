using System.Net;

namespace Coterie.Server.Protocol;

/// <summary>
/// EVENT TOPOLOGY_CHANGE and STATUS_CHANGE (native protocol v4 §4.2.6). Of the topology only NEW_NODE is ever sent until nodes can leave:
/// the C# driver takes anything else for a removal.
/// </summary>
internal static class NodeEventMessage
{
    public static void WriteNewNode(FrameWriter frame, IPEndPoint node) => Write(frame, "TOPOLOGY_CHANGE", "NEW_NODE", node);

    public static void WriteStatus(FrameWriter frame, bool isUp, IPEndPoint node) => Write(frame, "STATUS_CHANGE", isUp ? "UP" : "DOWN", node);

    private static void Write(FrameWriter frame, string type, string change, IPEndPoint node)
    {
        frame.WriteString(type);
        frame.WriteString(change);
        frame.WriteInet(node);
    }
}

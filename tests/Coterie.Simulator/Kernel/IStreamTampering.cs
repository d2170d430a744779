namespace Coterie.Simulator.Kernel;

/// <summary>Changes the bytes of one connection under way. What is given to a method arrives as what it returns, in the same order.</summary>
public interface IStreamTampering
{
    byte[] ToServer(byte[] chunk);

    byte[] ToClient(byte[] chunk);
}
